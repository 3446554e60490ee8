"""What people type about calls and dossiers, turned into values the actions take. Forms check; they keep nothing."""

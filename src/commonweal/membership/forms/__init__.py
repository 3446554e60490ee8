"""What members and staff fill in about membership. Forms read and check; they never write."""

"""Words and rows about members and shares, for pages of this area and of those above."""

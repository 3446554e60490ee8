"""What the demo's instructions print for everyone: it opens the demo and nothing else. Pure."""

PASSWORD = "demo-commonweal"  # noqa: S105 - printed for everyone; refused where there is no demo
# For an authenticator app, in base 32 (RFC 4648), shared by all on the demo's staff.
TOTP_SECRET = "COMMONWEALDEMOCOMMONWEALDEMOOPEN"  # noqa: S105 - as above
DOMAIN = "demo.example"

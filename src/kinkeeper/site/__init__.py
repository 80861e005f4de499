"""The roof: settings, addresses, the command line, system checks, the demo. It knows every room; no room knows it."""

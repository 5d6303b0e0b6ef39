"""The tenant over Microsoft Graph: read only, signed in once, streamed."""

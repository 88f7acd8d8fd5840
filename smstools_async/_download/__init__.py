"""Downloads of attachments from hosts nobody knows."""

"""What several tests share: commands, picture files, representations."""

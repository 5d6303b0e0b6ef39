"""What a customer answers for and no probe can see: a person is asked, and the answer is kept."""

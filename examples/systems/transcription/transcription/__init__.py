"""Consultations as speech-to-text services send them: scrubbed while they are spoken, and sorted into a draft note."""

"""The language worker: a child process that loads the app and runs its functions, one per
FUNCTIONS_WORKER_PROCESS_COUNT.
"""

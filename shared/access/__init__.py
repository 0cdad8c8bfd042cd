"""Who may do what: Microsoft Entra tokens, roles and where they hold."""

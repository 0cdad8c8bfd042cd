"""What a subscription lets through: true, false, correlation and SQL filters, and rules' actions."""

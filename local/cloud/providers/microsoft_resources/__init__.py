"""Microsoft.Resources: subscriptions, regions, groups, and lists of everything."""

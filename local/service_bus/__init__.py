"""Azure Service Bus on one machine: an AMQP 1.0 endpoint for the real azure-servicebus clients."""

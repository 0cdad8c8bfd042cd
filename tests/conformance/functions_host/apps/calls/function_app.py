"""Orchestrations that call HTTP APIs."""

import azure.durable_functions as df

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def calls(context: df.DurableOrchestrationContext):
    request = context.get_input()
    resource = request.get("resource")
    answer = yield context.call_http(
        request["method"],
        request["url"],
        request.get("content"),
        token_source=df.ManagedIdentityTokenSource(resource) if resource else None,
    )
    return [answer["statusCode"], answer["content"]]

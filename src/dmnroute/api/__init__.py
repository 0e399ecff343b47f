"""The API that Camunda Modeler deploys to: HTTP and gRPC, as far as deploying needs them.

The only room with a web framework in it.
"""

"""The smallest scenario, for docstrings and tests."""

from meshsim.scenario import Scenario, parse

TINY = """\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: v1}}
    spec: {containers: [{name: cart, image: cart}]}
---
apiVersion: meshsim.dev/v1alpha1
kind: Scenario
metadata: {name: tiny}
spec:
  behaviour: {workloads: {cart: {workers: 8, time: {exponential: {mean: 5ms}}}}}
  load: [{name: shoppers, to: {service: cart}, open: {rate: 50}}]
  run: {until: 10s}
"""


def tiny() -> Scenario:
    """One service with two pods, 50 requests per second, 10 seconds."""
    return parse(TINY)


__all__ = ["TINY", "tiny"]

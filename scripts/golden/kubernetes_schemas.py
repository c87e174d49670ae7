"""Writes test/golden/kubernetes/*.schema.json: what an API server lets through, from the projects' own definitions.

A TrainJob's schema is the one of Kubeflow Trainer's CustomResourceDefinition. The schema of a batch/v1 Job's spec is taken
from JobSet's definition, which holds that of Kubernetes as a part. Descriptions, defaults and list semantics are left out.

    go mod download -json github.com/kubeflow/trainer/v2@v2.3.0     # prints Dir; Apache-2.0
    go mod download -json sigs.k8s.io/jobset@v0.12.0                # prints Dir; Apache-2.0
    python scripts/golden/kubernetes_schemas.py TRAINER_DIR JOBSET_DIR
"""

import json
import pathlib
import sys

import yaml

LEFT_OUT = {
    "description",
    "default",
    "format",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
}
target = pathlib.Path(__file__).parents[2] / "test" / "golden" / "kubernetes"


def slim(node):
    if isinstance(node, list):
        return [slim(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key == "properties":
            kept[key] = {name: slim(schema) for name, schema in value.items()}
        elif key not in LEFT_OUT:
            kept[key] = slim(value)
    return kept


def schema_of(path):
    definition = yaml.safe_load(path.read_text())
    return definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def write(name, schema):
    (target / name).write_text(json.dumps(slim(schema), separators=(",", ":")) + "\n")


trainer, jobset = map(pathlib.Path, sys.argv[1:])
write("train-job.schema.json", schema_of(trainer / "manifests/base/crds/trainer.kubeflow.org_trainjobs.yaml"))
jobs = schema_of(jobset / "config/components/crd/bases/jobset.x-k8s.io_jobsets.yaml")["properties"]["spec"]["properties"]
template = jobs["replicatedJobs"]["items"]["properties"]["template"]["properties"]
names = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
job = {"type": "object", "required": ["spec"], "properties": {**names, "spec": template["spec"]}}
write("job.schema.json", job)

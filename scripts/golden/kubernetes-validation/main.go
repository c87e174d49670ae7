// Asks the API server's own code whether it would take our manifests: decoding and defaults of Kubernetes in strict mode
// and the checks of its Job strategy; for a TrainJob the schema and the CEL rules of Kubeflow Trainer's definition.
// By hand (about five minutes of compiling on one core, 250 MB of modules):
//
//	cd scripts/golden/kubernetes-validation && go mod tidy -e && go build -o /tmp/validate . && cd -
//	node --import tsx scripts/golden/kubernetes-manifests.ts | /tmp/validate TRAINER_DIR/manifests/base/crds/trainer.kubeflow.org_trainjobs.yaml
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crdv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	jobstrategy "k8s.io/kubernetes/pkg/registry/batch/job"
	"sigs.k8s.io/yaml"
)

func main() {
	var manifests []json.RawMessage
	input, err := io.ReadAll(os.Stdin)
	check(err)
	check(json.Unmarshal(input, &manifests))
	failed := false
	for _, manifest := range manifests {
		var head struct {
			Kind     string
			Metadata struct{ Name string }
		}
		check(json.Unmarshal(manifest, &head))
		var problems []string
		if head.Kind == "Job" {
			problems = jobProblems(manifest)
		} else {
			problems = customProblems(manifest, os.Args[1])
		}
		fmt.Printf("%s %s: %d problems\n", head.Kind, head.Metadata.Name, len(problems))
		for _, problem := range problems {
			fmt.Println("  " + problem)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func jobProblems(manifest []byte) []string {
	codecs := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)
	object, _, err := codecs.UniversalDecoder(batch.SchemeGroupVersion).Decode(manifest, nil, nil)
	if err != nil {
		return []string{err.Error()}
	}
	ctx := genericapirequest.NewDefaultContext()
	job := object.(*batch.Job)
	job.UID = "0f0e0d0c-0000-0000-0000-000000000000"
	jobstrategy.Strategy.PrepareForCreate(ctx, job)
	return append(messages(jobstrategy.Strategy.Validate(ctx, job)), jobstrategy.Strategy.WarningsOnCreate(ctx, job)...)
}

func customProblems(manifest []byte, definition string) []string {
	text, err := os.ReadFile(definition)
	check(err)
	var external crdv1.CustomResourceDefinition
	check(yaml.Unmarshal(text, &external))
	var crd apiextensions.CustomResourceDefinition
	check(crdv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&external, &crd, nil))
	schema := crd.Spec.Validation
	if schema == nil {
		schema = crd.Spec.Versions[0].Schema
	}
	structural, err := structuralschema.NewStructural(schema.OpenAPIV3Schema)
	check(err)
	var object map[string]interface{}
	check(json.Unmarshal(manifest, &object))
	var problems []string
	for _, path := range pruning.PruneWithOptions(object, structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		problems = append(problems, "unknown field "+path)
	}
	defaulting.Default(object, structural)
	validator, _, err := validation.NewSchemaValidator(schema.OpenAPIV3Schema)
	check(err)
	root := field.NewPath("")
	problems = append(problems, messages(validation.ValidateCustomResource(root, object, validator))...)
	rules := cel.NewValidator(structural, true, celconfig.PerCallLimit)
	if rules == nil {
		return append(problems, "the definition has no CEL rules: wrong file?")
	}
	errors, _ := rules.Validate(context.Background(), root, structural, object, nil, celconfig.RuntimeCELCostBudget)
	return append(problems, messages(errors)...)
}

func messages(errors field.ErrorList) []string {
	var texts []string
	for _, one := range errors {
		texts = append(texts, one.Error())
	}
	return texts
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

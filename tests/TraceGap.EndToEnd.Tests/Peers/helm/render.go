// Renders a chart as `helm template` does, from what Helm is made of: Go's templates, sprig, and a validator of JSON schemas. Helm itself is in none of the places that the tests install from.
//
//	render CHART RELEASE NAMESPACE [VALUES FILE]...
//
// It prints the manifests, each after a line "# Source: FILE", NOTES.txt under its name too. What Helm would refuse ends it with 1 and the reason. Left out is what needs a cluster (lookup, hooks), and
// dependencies on other charts.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 4 {
		fail("render CHART RELEASE NAMESPACE [VALUES FILE]...")
	}
	chart := load(os.Args[1])
	values := chart.values
	for _, file := range os.Args[4:] {
		values = merge(values, readYaml(file))
	}
	judge(chart.schema, values)
	render(chart, map[string]interface{}{
		"Values":  values,
		"Chart":   chart.about,
		"Files":   chart.files,
		"Release": map[string]interface{}{"Name": os.Args[2], "Namespace": os.Args[3], "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Capabilities": map[string]interface{}{
			"KubeVersion": map[string]interface{}{"Version": "v1.32.0", "Major": "1", "Minor": "32"},
			"APIVersions": versions{},
		},
	})
}

type chart struct {
	about     map[string]interface{}
	values    map[string]interface{}
	schema    []byte
	templates map[string]string
	files     files
}

// versions are those of the API that the cluster has: none beyond Kubernetes' own.
type versions struct{}

func (versions) Has(string) bool { return false }

// files are those of the chart that are no templates, by their path.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if ok, _ := filepath.Match(pattern, name); ok {
			found[name] = content
		}
	}
	return found
}

func load(folder string) chart {
	// Fields of Chart.yaml are told in capitals.
	about := map[string]interface{}{}
	for key, value := range readYaml(filepath.Join(folder, "Chart.yaml")) {
		about[strings.ToUpper(key[:1])+key[1:]] = value
	}
	read := chart{about: about, values: readYaml(filepath.Join(folder, "values.yaml")), templates: map[string]string{}, files: files{}}
	read.schema = must(os.ReadFile(filepath.Join(folder, "values.schema.json")))
	walk(folder, "", func(path string, content []byte) {
		switch {
		case strings.HasPrefix(path, "templates/"):
			read.templates[path] = string(content)
		case path != "Chart.yaml" && path != "values.yaml" && path != "values.schema.json":
			read.files[path] = content
		}
	})
	return read
}

// walk follows links, as Helm does when it reads a chart.
func walk(root, path string, each func(path string, content []byte)) {
	for _, entry := range must(os.ReadDir(filepath.Join(root, path))) {
		below := filepath.Join(path, entry.Name())
		if about := must(os.Stat(filepath.Join(root, below))); about.IsDir() {
			walk(root, below, each)
		} else {
			each(below, must(os.ReadFile(filepath.Join(root, below))))
		}
	}
}

// merge lays values over those of the chart; null takes one away.
func merge(under, over map[string]interface{}) map[string]interface{} {
	merged := map[string]interface{}{}
	for key, value := range under {
		merged[key] = value
	}
	for key, value := range over {
		below, isMap := merged[key].(map[string]interface{})
		if table, ok := value.(map[string]interface{}); ok && isMap {
			merged[key] = merge(below, table)
		} else if value == nil {
			delete(merged, key)
		} else {
			merged[key] = value
		}
	}
	return merged
}

func judge(schema []byte, values map[string]interface{}) {
	result := must(gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(must(json.Marshal(values)))))
	if !result.Valid() {
		lines := []string{"values don't meet the specifications of the schema:"}
		for _, found := range result.Errors() {
			lines = append(lines, "- "+found.String())
		}
		fail(strings.Join(lines, "\n"))
	}
}

func render(chart chart, top map[string]interface{}) {
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["toYaml"] = toYaml
	functions["toJson"] = func(value interface{}) string { return string(must(json.Marshal(value))) }
	functions["fromYaml"] = func(text string) map[string]interface{} { return parseYaml("fromYaml", []byte(text)) }
	functions["required"] = func(warning string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", warning)
		}
		return value, nil
	}
	functions["fail"] = func(reason string) (string, error) { return "", fmt.Errorf("%s", reason) }
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := all.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["tpl"] = func(text string, data interface{}) (string, error) {
		var out bytes.Buffer
		clone, err := all.Clone()
		if err == nil {
			if clone, err = clone.New("tpl").Parse(text); err == nil {
				err = clone.Execute(&out, data)
			}
		}
		return out.String(), err
	}
	all.Funcs(functions)

	names := []string{}
	for name, text := range chart.templates {
		if _, err := all.New(name).Parse(text); err != nil {
			fail(err.Error())
		}
		if !strings.HasPrefix(filepath.Base(name), "_") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		top["Template"] = map[string]interface{}{"Name": name, "BasePath": "templates"}
		var out bytes.Buffer
		if err := all.ExecuteTemplate(&out, name, top); err != nil {
			fail(err.Error())
		}
		// What a key without a value renders as; Helm takes it away.
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		for _, document := range strings.Split("\n"+text, "\n---") {
			if strings.TrimSpace(document) != "" {
				fmt.Printf("---\n# Source: %s\n%s\n", name, strings.Trim(document, "\n"))
			}
		}
	}
}

func toYaml(value interface{}) string { return strings.TrimSuffix(string(must(yaml.Marshal(value))), "\n") }

func readYaml(file string) map[string]interface{} { return parseYaml(file, must(os.ReadFile(file))) }

func parseYaml(name string, text []byte) map[string]interface{} {
	parsed := map[string]interface{}{}
	if err := yaml.UnmarshalStrict(text, &parsed); err != nil {
		fail(name + ": " + err.Error())
	}
	return parsed
}

func must[T any](value T, err error) T {
	if err != nil {
		fail(err.Error())
	}
	return value
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}

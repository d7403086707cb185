// Package otlptracegrpc stands in for the exporter of that name, which Debian lacks beside the API and the SDK: the two functions that the program of docs/tag-your-spans.md calls, with the signatures of the
// real one. It sends what the SDK hands it as OTLP/JSON over HTTP.
package otlptracegrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
)

// Option is a setting of the exporter.
type Option func(*Exporter)

// Exporter sends spans.
type Exporter struct{ insecure bool }

// WithInsecure has no TLS.
func WithInsecure() Option { return func(e *Exporter) { e.insecure = true } }

// New makes an exporter that sends to OTEL_EXPORTER_OTLP_ENDPOINT.
func New(_ context.Context, options ...Option) (*Exporter, error) {
	exporter := &Exporter{}
	for _, option := range options {
		option(exporter)
	}
	if !exporter.insecure {
		return nil, fmt.Errorf("this stand-in speaks no TLS")
	}
	return exporter, nil
}

// ExportSpans sends spans and waits for the answer.
func (e *Exporter) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	resources := []interface{}{}
	for _, span := range spans {
		resources = append(resources, map[string]interface{}{
			"resource": map[string]interface{}{"attributes": keyValues(span.Resource().Attributes())},
			"scopeSpans": []interface{}{map[string]interface{}{"spans": []interface{}{map[string]interface{}{
				"traceId":           span.SpanContext().TraceID().String(),
				"spanId":            span.SpanContext().SpanID().String(),
				"parentSpanId":      parentOf(span),
				"name":              span.Name(),
				"kind":              int(span.SpanKind()),
				"startTimeUnixNano": strconv.FormatInt(span.StartTime().UnixNano(), 10),
				"endTimeUnixNano":   strconv.FormatInt(span.EndTime().UnixNano(), 10),
				"attributes":        keyValues(span.Attributes()),
			}}}},
		})
	}
	body, err := json.Marshal(map[string]interface{}{"resourceSpans": resources})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, "POST", os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("content-type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("answered with %s", response.Status)
	}
	return nil
}

// Shutdown has nothing to do: spans are sent when they are handed over.
func (e *Exporter) Shutdown(context.Context) error { return nil }

func parentOf(span trace.ReadOnlySpan) string {
	if span.Parent().SpanID().IsValid() {
		return span.Parent().SpanID().String()
	}
	return ""
}

func keyValues(attributes []attribute.KeyValue) []interface{} {
	all := []interface{}{}
	for _, one := range attributes {
		all = append(all, map[string]interface{}{"key": string(one.Key), "value": map[string]interface{}{"stringValue": one.Value.Emit()}})
	}
	return all
}

using System.Text;
using System.Text.Json;

namespace TraceGap.Reporting.Tests;

public sealed class ReportJsonTests
{
    private const string Golden = """
        {
          "window": {
            "from": "2026-03-01T10:00:00Z",
            "to": "2026-03-01T11:00:00Z"
          },
          "workflow": "shop/POST /ask <b> & ü",
          "traces": {
            "total": 9,
            "ok": 4,
            "failed": 1,
            "cancelled": 1,
            "unknown": 2,
            "open": 1,
            "inferred": 1,
            "revised": 3
          },
          "weighted": {
            "total": 90,
            "ok": 40.5,
            "failed": 10,
            "effective": 4.9
          },
          "spans": 123,
          "overflow": false,
          "analysedUntil": "2026-03-01T10:59:58.1234567Z",
          "reliability": {
            "observed": {
              "value": 0.8,
              "low": 0.4,
              "high": 0.96,
              "worst": 0.5,
              "best": 0.85
            },
            "theoretical": {
              "value": 1,
              "low": 0.7,
              "high": 1
            },
            "divergence": {
              "value": -0.2,
              "low": -0.5,
              "high": 0.1,
              "worst": -0.4,
              "best": -0.1,
              "significant": false
            },
            "upperBound": true,
            "pathSample": 5,
            "perStepMean": 0.9,
            "coordinationGap": 0.09999999999999998,
            "theoreticalPerAttempt": {
              "value": null,
              "low": null,
              "high": null
            },
            "decomposition": {
              "retries": 0,
              "dependence": 0,
              "recovered": 0,
              "silent": -0.2
            },
            "advertised": {
              "theoretical": 0.95,
              "gap": -0.15
            },
            "layerLosses": [
              {
                "layer": "tool_call",
                "lost": 0.125,
                "perStep": 0.1
              }
            ],
            "passK": [
              {
                "k": 2,
                "tasks": 4,
                "value": 0.75,
                "low": 0.5,
                "high": 0.9
              }
            ]
          },
          "latency": {
            "p50": 1.5,
            "p90": 2,
            "p95": 3,
            "p99": 4,
            "mean": 1.75,
            "bands": [
              {
                "band": "p50",
                "traces": 3,
                "layers": [
                  {
                    "layer": "tool_call",
                    "criticalMs": 1.5,
                    "share": 1,
                    "computeMs": 1,
                    "movementMs": 0.25,
                    "handoffMs": 0.125,
                    "waitMs": 0.125
                  }
                ],
                "steps": [
                  {
                    "step": "agent/tool_call/search",
                    "layer": "tool_call",
                    "criticalMs": 1.25,
                    "share": 0.5,
                    "computeMs": 0.75,
                    "movementMs": 0.25,
                    "handoffMs": 0.125,
                    "waitMs": 0.125,
                    "coordinationShare": 0.4
                  }
                ],
                "coordinationShare": 0.375
              }
            ],
            "coordinationShare": 0.25,
            "coveredShare": null
          },
          "layers": [
            {
              "layer": "tool_call",
              "steps": 7,
              "ownFailures": 2,
              "recovered": 1,
              "reliability": {
                "value": 0.7,
                "low": 0.4,
                "high": 0.9
              },
              "criticalMs": {
                "mean": 1.5,
                "p50": 1.5,
                "p95": 2,
                "p99": 2
              },
              "share": 1,
              "tokens": {
                "input": 10,
                "output": 20
              }
            }
          ],
          "steps": [
            {
              "step": "shop/tool_call/execute_tool search",
              "layer": "tool_call",
              "service": "shop",
              "operation": "execute_tool search",
              "executions": 7,
              "attempts": 8,
              "ownFailures": 2,
              "recovered": 1,
              "reliability": {
                "value": 0.7,
                "low": 0.4,
                "high": 0.9
              },
              "durationMs": {
                "p50": 1,
                "p95": 2,
                "p99": 2
              },
              "criticalShare": 1,
              "errors": [
                {
                  "type": "timeout",
                  "count": 2
                }
              ]
            }
          ],
          "failures": [
            {
              "layer": null,
              "step": null,
              "errorType": "",
              "category": "silent",
              "traces": 1,
              "exampleTraceId": "000102030405060708090a0b0c0d0e0f"
            }
          ],
          "serialization": [
            {
              "parent": "shop/orchestration/plan",
              "children": [
                "a",
                "b"
              ],
              "savingMs": 0.5,
              "savingShare": 0.25,
              "traces": 3,
              "confidence": "likely"
            }
          ],
          "objective": null,
          "ruleSets": []
        }
        """;

    private const string GoldenWorkflows = """
        {"window":{"from":null,"to":null},"workflows":[{"workflow":"shop/ask","service":"shop","environments":["","prod"],"traces":9,"ok":4,"failed":1,
        "observed":{"value":0.8,"low":0.4,"high":0.96,"worst":0.5,"best":0.85},"theoretical":{"value":0.9,"low":0.7,"high":1},
        "divergence":{"value":-0.1,"low":-0.5,"high":0.1,"worst":-0.4,"best":-0.05,"significant":false},"p50":1.5,"p95":2.5,"p99":null}]}
        """;

    [Fact]
    public void The_json_of_a_report_is_the_contract()
    {
        Assert.Equal(Golden, ReportJson.Write(Example(), indented: true));
    }

    [Fact]
    public void Compact_json_is_the_same_document_on_one_line()
    {
        string compact = ReportJson.Write(Example());

        Assert.DoesNotContain('\n', compact);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Golden).RootElement, JsonDocument.Parse(compact).RootElement));
        Assert.Equal(compact, Encoding.UTF8.GetString(ReportJson.WriteUtf8(Example())));
    }

    [Fact]
    public void A_report_that_was_read_writes_the_same_text()
    {
        Report read = ReportJson.ReadReport(Encoding.UTF8.GetBytes(Golden));

        Assert.Equal(DateTimeKind.Utc, read.Window.From!.Value.Kind);
        Assert.Equal(Golden, ReportJson.Write(read, indented: true));
    }

    [Fact]
    public void A_report_without_a_field_of_the_contract_is_refused()
    {
        string cut = Golden.Replace("\"spans\": 123,", string.Empty, StringComparison.Ordinal);

        Assert.Throws<JsonException>(() => ReportJson.ReadReport(Encoding.UTF8.GetBytes(cut)));
    }

    [Fact]
    public void The_json_of_a_list_of_workflows_is_the_contract()
    {
        WorkflowList list = new(new ReportWindow(null, null), [new WorkflowSummary(
            "shop/ask", "shop", ["", "prod"], 9, 4, 1,
            new ObservedReliability(0.8, 0.4, 0.96, 0.5, 0.85), new Estimate(0.9, 0.7, 1), new Divergence(-0.1, -0.5, 0.1, -0.4, -0.05, false), 1.5, 2.5, null)]);
        string expected = GoldenWorkflows.Replace("\n", string.Empty, StringComparison.Ordinal);

        Assert.Equal(expected, ReportJson.Write(list));
        Assert.Equal(expected, ReportJson.Write(ReportJson.ReadWorkflows(ReportJson.WriteUtf8(list))));
    }

    private static Report Example() => new(
        new ReportWindow(new DateTime(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc), new DateTime(2026, 3, 1, 11, 0, 0, DateTimeKind.Utc)),
        "shop/POST /ask <b> & ü",
        new TraceCounts(9, 4, 1, 1, 2, 1, 1, 3),
        new WeightedCounts(90, 40.5, 10, 4.9),
        123,
        false,
        new DateTime(2026, 3, 1, 10, 59, 58, DateTimeKind.Utc).AddTicks(1234567),
        new ReliabilityReport(
            new ObservedReliability(0.8, 0.4, 0.96, 0.5, 0.85),
            new Estimate(1, 0.7, 1),
            new Divergence(-0.2, -0.5, 0.1, -0.4, -0.1, false),
            true,
            5,
            0.9,
            0.9 - 0.8,
            Estimate.None,
            new Decomposition(0, 0, 0, -0.2),
            new AdvertisedReliability(0.95, -0.15),
            [new LayerLoss("tool_call", 0.125, 0.1)],
            [new PassK(2, 4, 0.75, 0.5, 0.9)]),
        new LatencyReport(1.5, 2, 3, 4, 1.75, [new LatencyBand("p50", 3, [new BandLayer("tool_call", 1.5, 1, 1, 0.25, 0.125, 0.125)], [new BandStep("agent/tool_call/search", "tool_call", 1.25, 0.5, 0.75, 0.25, 0.125, 0.125, 0.4)], 0.375)], 0.25, null),
        [new LayerReport("tool_call", 7, 2, 1, new Estimate(0.7, 0.4, 0.9), new CriticalTime(1.5, 1.5, 2, 2), 1, new TokenCounts(10, 20))],
        [
            new StepReport(
                "shop/tool_call/execute_tool search", "tool_call", "shop", "execute_tool search", 7, 8, 2, 1,
                new Estimate(0.7, 0.4, 0.9), new StepQuantiles(1, 2, 2), 1, [new ErrorCount("timeout", 2)]),
        ],
        [new FailureReport(null, null, string.Empty, "silent", 1, "000102030405060708090a0b0c0d0e0f")],
        [new SerializationReport("shop/orchestration/plan", ["a", "b"], 0.5, 0.25, 3, "likely")]);
}

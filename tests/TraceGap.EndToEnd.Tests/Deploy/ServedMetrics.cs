using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Server;
using TraceGap.Server.Configuration;
using TraceGap.Server.Telemetry;
using TraceGap.Server.Telemetry.OpenMetrics;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The metrics that a running server has, those without a series at the moment included.</summary>
internal static partial class ServedMetrics
{
    /// <summary>Names of samples as they are in <c>/metrics</c>.</summary>
    public static async Task<IReadOnlySet<string>> NamesAsync()
    {
        HashSet<string> names = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name is SelfTelemetry.Name or SelfTelemetry.WorkflowsName || RuntimeMetrics.Shows(instrument))
            {
                lock (names)
                {
                    names.UnionWith(new ObservedInstrument(instrument).SampleNames);
                }
            }
        };
        listener.Start();
        string data = Directory.CreateTempSubdirectory("tracegap-names-").FullName;
        await using (await TraceGapServer.StartAsync(
            new ServerOptions { DataFolder = data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0" }, NullLoggerFactory.Instance))
        {
        }

        Directory.Delete(data, recursive: true);
        return names;
    }

    /// <summary>TraceGap's metrics that a text names; names with a colon are those of recording rules.</summary>
    public static IEnumerable<string> NamedIn(string text) => Name().Matches(text).Select(static match => match.Value).Distinct();

    [GeneratedRegex(@"(?<![\w:/.-])tracegap_\w*[a-z](?![\w:*…])")]
    private static partial Regex Name();
}

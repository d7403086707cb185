using System.Text;

namespace TraceGap.Otlp.Tests.Fuzzing;

public sealed class DecoderFuzzTests
{
    private const int Inputs = 1500;

    private readonly DecodeOracle _oracle = new();

    [Fact]
    public void Whatever_is_sent_as_protobuf_is_read_as_the_reference_reads_it_or_refused_for_a_reason() =>
        FuzzRun.Of(Inputs, static random => Changed(random, SeedRequests.Protobuf, WireMutator.Change), _oracle.CheckProtobuf);

    [Fact]
    public void Whatever_is_sent_as_json_is_read_or_refused_for_a_reason() =>
        FuzzRun.Of(Inputs, static random => Changed(random, SeedRequests.Json, JsonMutator.Change), _oracle.CheckJson);

    [Fact]
    public void Whatever_is_sent_as_log_records_is_read_or_refused_for_a_reason()
    {
        FuzzRun.Of(Inputs, static random => Changed(random, SeedRequests.LogsProtobuf, WireMutator.Change), _oracle.CheckLogsProtobuf);
        FuzzRun.Of(Inputs, static random => Changed(random, SeedRequests.LogsJson, JsonMutator.Change), _oracle.CheckLogsJson);
    }

    [Fact]
    public void Whatever_is_found_on_disk_as_a_batch_is_refused_or_can_be_read() =>
        FuzzRun.Of(Inputs, static random => Changed(random, SeedRequests.Batches, ByteMutator.Change), BatchOracle.Check);

    [Theory]
    [MemberData(nameof(Found))]
    public void What_was_once_found_stays_right(string file)
    {
        byte[] input = FoundInputs.Read(file);
        _oracle.CheckProtobuf(input);
        _oracle.CheckJson(input);
        _oracle.CheckLogsProtobuf(input);
        _oracle.CheckLogsJson(input);
        BatchOracle.Check(input);
    }

    public static TheoryData<string> Found() => [.. FoundInputs.Files];

    [Fact]
    public void Nesting_of_a_million_levels_is_a_matter_of_length()
    {
        const int levels = 1_000_000;
        string open = new('[', levels);
        OtlpTraceDecoder decoder = new();
        Assert.Null(decoder.DecodeJson(Encoding.ASCII.GetBytes($"{{\"resourceSpans\":[{{\"x\":{open}{new string(']', levels)}}}]}}")).Malformed);
        Assert.EndsWith("not JSON", decoder.DecodeJson(Encoding.ASCII.GetBytes($"{{\"x\":{open}")).Malformed, StringComparison.Ordinal);
        for (ulong field = 1; field < 12; field++)
        {
            _oracle.CheckProtobuf(WireMutator.Nest(field, levels / 50, []));
        }
    }

    private static byte[] Changed(Random random, byte[][] seeds, Func<Random, byte[], byte[], byte[]> change)
    {
        byte[] input = random.GetItems(seeds, 1)[0];
        for (int left = 1 + random.Next(4); left > 0; left--)
        {
            input = change(random, input, random.GetItems(seeds, 1)[0]);
        }

        return input;
    }
}

namespace TraceGap.Benchmarks.Load;

/// <summary>
/// Requests as a Collector sends them that batches many processes: each mixes the spans of many runs, spans stand below their resource and scope, those of one trace come in
/// several requests, children before their parents.
/// </summary>
internal sealed class AgentTraffic
{
    private const long EndsWithinNanos = 2_000_000_000;

    private readonly Random _random;
    private readonly Durations _durations;
    private readonly TracePlan[] _plans;
    private readonly List<(RunningTrace Trace, int Node)>[] _bySource;

    /// <summary>Begins.</summary>
    /// <param name="shape">What is sent.</param>
    /// <param name="seed">Equal seeds, equal requests but for their times.</param>
    /// <param name="span">Sends traces of one span of this kind only; null for runs of an agent system.</param>
    public AgentTraffic(TrafficShape shape, int seed, SpanKindOfAgent? span = null)
    {
        Shape = shape;
        _random = new Random(seed);
        _durations = new Durations(_random);
        _plans = span is null ? TracePlan.Several(shape.SpansPerTrace) : [TracePlan.OfOne(span)];
        _bySource = [.. AgentSpans.Sources.Select(static _ => new List<(RunningTrace, int)>())];
    }

    /// <summary>What is sent.</summary>
    public TrafficShape Shape { get; }

    /// <summary>Makes whole traces with about <paramref name="spans"/> spans in all.</summary>
    /// <param name="spans">Least number of spans.</param>
    /// <param name="nowUnixNanos">The time, ns; the runs ended within the two seconds before.</param>
    public List<OtlpRequest> Requests(int spans, long nowUnixNanos)
    {
        int tracesLeft = (spans + Shape.SpansPerTrace - 1) / Shape.SpansPerTrace;
        List<RunningTrace> running = [];
        List<OtlpRequest> requests = [];
        int waiting = 0;
        while (tracesLeft > 0 || running.Count > 0)
        {
            while (tracesLeft > 0 && running.Count < Shape.RunningTraces)
            {
                tracesLeft--;
                running.Add(new RunningTrace(_plans[_random.Next(_plans.Length)], _durations, _random, nowUnixNanos - _random.NextInt64(EndsWithinNanos)));
            }

            Pick(running);
            if (++waiting == Shape.SpansPerRequest)
            {
                requests.Add(Encode());
                waiting = 0;
            }
        }

        if (waiting > 0)
        {
            requests.Add(Encode());
        }

        return requests;
    }

    private void Pick(List<RunningTrace> running)
    {
        int index = _random.Next(running.Count);
        RunningTrace trace = running[index];
        int node = trace.Next();
        _bySource[trace.Plan.Nodes[node].Kind.Source].Add((trace, node));
        if (trace.IsSent)
        {
            running[index] = running[^1];
            running.RemoveAt(running.Count - 1);
        }
    }

    private OtlpRequest Encode()
    {
        MemoryStream request = new();
        int spans = 0;
        for (int source = 0; source < _bySource.Length;)
        {
            MemoryStream resourceSpans = new();
            int resource = AgentSpans.Sources[source].Resource;
            resourceSpans.Write(AgentSpans.Sources[source].ResourceMessage);
            int before = spans;
            for (; source < _bySource.Length && AgentSpans.Sources[source].Resource == resource; source++)
            {
                spans += _bySource[source].Count;
                WriteScope(resourceSpans, AgentSpans.Sources[source], _bySource[source]);
            }

            if (spans > before)
            {
                request.Write(ProtoField.Header(1, (int)resourceSpans.Length));
                resourceSpans.WriteTo(request);
            }
        }

        return OtlpRequest.Of(request.GetBuffer().AsSpan(0, (int)request.Length), spans, Shape.IsGzip);
    }

    private void WriteScope(MemoryStream target, SpanSource source, List<(RunningTrace Trace, int Node)> picked)
    {
        if (picked.Count == 0)
        {
            return;
        }

        byte[] scopeSpans = new byte[source.ScopeMessage.Length + picked.Sum(static it => it.Trace.Template(it.Node).Bytes.Length)];
        source.ScopeMessage.CopyTo(scopeSpans, 0);
        int at = source.ScopeMessage.Length;
        foreach ((RunningTrace trace, int node) in picked)
        {
            SpanTemplate template = trace.Template(node);
            template.Write(scopeSpans.AsSpan(at), trace, node, _random);
            at += template.Bytes.Length;
        }

        target.Write(ProtoField.Header(2, scopeSpans.Length));
        target.Write(scopeSpans);
        picked.Clear();
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;

namespace TraceGap.Tests.Demo;

/// <summary>The end of an export pipeline that keeps what it gets.</summary>
internal sealed class CollectingProcessor(CollectingProcessor.Store store) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data) => store.Add(data, this);

    internal sealed class Store
    {
        private readonly ConcurrentQueue<(Activity Activity, BaseProvider? Provider)> _ended = [];

        public IReadOnlyList<(Activity Activity, BaseProvider? Provider)> Ended => [.. _ended];

        public IReadOnlyList<Activity> Activities => [.. _ended.Select(static entry => entry.Activity)];

        public void Add(Activity activity, CollectingProcessor by) => _ended.Enqueue((activity, by.ParentProvider));
    }
}

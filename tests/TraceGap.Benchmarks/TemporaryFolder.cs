namespace TraceGap.Benchmarks;

/// <summary>A folder that is gone when it is disposed of.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tracegap-benchmark-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

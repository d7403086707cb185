using Microsoft.Data.Sqlite;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;
using TraceGap.Storage;

namespace TraceGap.Benchmarks.Areas;

/// <summary>What a stored span takes on disk, everything included: the whole data folder of a server that was stopped in order.</summary>
internal static class DiskArea
{
    private const double Budget = 30;
    private const int SpansPerWave = 100_000;

    public static async Task<Section> RunAsync(BenchmarkArguments arguments)
    {
        int spans = arguments.Spans ?? (arguments.Quick ? 100_000 : 500_000);
        int[] sizes = arguments.SpansPerTrace is int chosen ? [chosen] : arguments.Quick ? [10] : [10, 100];
        Table table = new("on disk", "spans", "bytes/span");
        List<Figure> figures = [];
        foreach (int size in sizes)
        {
            using TemporaryFolder folder = new();
            long stored = await FillAsync(folder.Path, new TrafficShape(size, 100), spans);
            double perSpan = (double)FolderBytes(folder.Path) / stored;
            table.Add($"{size} spans/trace, whole folder", stored.ToString("N0"), perSpan.ToString("0.0"));
            foreach ((string part, long bytes) in FilesOf(folder.Path).Concat(PartsOf(folder.Path)))
            {
                table.Add($"{size} spans/trace: {part}", "", ((double)bytes / stored).ToString("0.00"));
            }

            figures.Add(new Figure($"disk per span, {size} spans/trace", Spread.Of([perSpan]), "bytes", Budget));
        }

        const string Method = "Size of the data folder after the server was stopped, divided by the spans that its report showed. Below it the files and folders in it, then the tables and indices of the database with their pages.";
        return new Section("Disk", Method, table, figures);
    }

    // In waves, as a server gets them: commits are as large as they are in use.
    private static async Task<long> FillAsync(string folder, TrafficShape shape, int spans)
    {
        await using MeasuredProcess server = await MeasuredProcess.StartServerAsync(folder);
        using OtlpSender sender = OtlpSender.For(Transport.Grpc, server.Addresses.OtlpGrpc);
        using ReportProbe report = new(server.Addresses.Http!);
        AgentTraffic traffic = new(shape, seed: 1);
        long sent = 0;
        while (sent < spans)
        {
            List<OtlpRequest> requests = traffic.Requests(SpansPerWave, Clock.UnixNanos());
            await sender.SendAsync(requests);
            sent += requests.Sum(static request => request.Spans);
        }

        await report.UntilExactlyAsync(sent);
        await server.StopAsync();
        return sent;
    }

    private static IEnumerable<(string Part, long Bytes)> FilesOf(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal)
            .Select(static entry => (Path.GetFileName(entry), Directory.Exists(entry) ? FolderBytes(entry) : new FileInfo(entry).Length));

    private static long FolderBytes(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length);

    /// <summary>Bytes per table and index, largest first; nothing if the SQLite library cannot tell (sqlite.org/dbstat.html).</summary>
    private static List<(string Part, long Bytes)> PartsOf(string folder)
    {
        // The store chooses the SQLite library.
        if (!TraceStore.TryOpen(new StoreOptions { Folder = folder }, out TraceStore? store, out StoreError? error))
        {
            throw new InvalidOperationException($"{error}");
        }

        store.Dispose();
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Directory.GetFiles(folder, "*.db").Single(), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC";
        List<(string, long)> parts = [];
        try
        {
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                parts.Add((rows.GetString(0), rows.GetInt64(1)));
            }
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == 1)
        {
            return [];
        }

        return parts;
    }
}

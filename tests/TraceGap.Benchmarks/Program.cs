using TraceGap.Benchmarks;
using TraceGap.Benchmarks.Areas;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Processes;

if (args is [MeasuredRole.Name, .. string[] role])
{
    return await MeasuredRole.RunAsync(role);
}

#if DEBUG
Console.Error.WriteLine("figures of a debug build mean nothing; add -c Release");
#endif

BenchmarkArguments arguments = BenchmarkArguments.Read(args);
Dictionary<string, Func<BenchmarkArguments, Task<Section>>> areas = new()
{
    ["stages"] = StagesArea.RunAsync,
    ["decode"] = static arguments => Task.FromResult(DecodeArea.Run(arguments)),
    ["path"] = PathArea.RunAsync,
    ["flat"] = PathArea.FlatAsync,
    ["memory"] = MemoryArea.RunAsync,
    ["disk"] = DiskArea.RunAsync,
    ["report"] = static arguments => Task.FromResult(ReportArea.Run(arguments)),
    ["page"] = PageArea.RunAsync,
};

if (areas.TryGetValue(arguments.Area, out Func<BenchmarkArguments, Task<Section>>? area))
{
    Console.WriteLine((await area(arguments)).ToMarkdown());
    return 0;
}

switch (arguments.Area)
{
    case "all":
        List<Section> sections = [];
        foreach (string name in areas.Keys.Where(static name => name != "stages"))
        {
            sections.Add(await areas[name](arguments));
            Console.WriteLine(sections[^1].ToMarkdown());
        }

        ResultsFile.Write(arguments.MakeResultsFolder(), sections);
        return 0;
    case "views":
        Console.Write(ResultsFile.WriteAlone(arguments.MakeResultsFolder(), "views", await PageArea.ViewsAsync(arguments)));
        return 0;
    case "soak":
        (string soak, bool isExact) = await SoakArea.RunAsync(arguments);
        File.WriteAllText(Path.Combine(arguments.MakeResultsFolder(), "soak.md"), soak);
        Console.Write(soak);
        return isExact ? 0 : 1;
    default:
        Console.Error.WriteLine($"usage: {string.Join('|', areas.Keys)}|all|views|soak [--quick] [--spans N] [--rounds N]; what else an area takes is in its README");
        return 2;
}

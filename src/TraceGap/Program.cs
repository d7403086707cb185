using TraceGap.Commands;

return await CommandLineApp.RunAsync(args, Terminal.OfProcess());

namespace TraceGap.Aggregation.Tests;

public class TaskKeyTests
{
    [Fact]
    public void The_same_task_has_the_same_key_in_every_process_and_another_has_another()
    {
        // The first eight bytes of SHA-256 of the text, little-endian; by sha256sum.
        Assert.Equal(0x0ea3b05fba4df22cUL, TaskOf(new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", "hello")])));
        Assert.NotEqual(TaskOf(new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", "a")])), TaskOf(new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", "b")])));
    }

    [Fact]
    public void The_root_is_asked_first_then_any_span()
    {
        AgentTrace both = new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", "of the root")]).Span("a", 1, 2, "root", with: [("tracegap.task.id", "of a")]);
        AgentTrace inner = new AgentTrace().Span("root", 0, 9).Span("a", 1, 2, "root", with: [("tracegap.task.id", "of the root")]);

        Assert.Equal(TaskOf(both), TaskOf(inner));
        Assert.Null(TaskOf(new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", " ")])));
        Assert.Null(TaskOf(new AgentTrace().Span("root", 0, 9)));
    }

    [Fact]
    public void Other_attributes_name_a_task_once_the_user_says_so()
    {
        AgentTrace trace = new AgentTrace().Span("root", 0, 9, with: [("dataset.item.id", "q-17")]);
        AgentTrace named = new AgentTrace().Span("root", 0, 9, with: [("dataset.item.id", "q-17"), ("tracegap.task.id", "task 3")]);
        AnalysisOptions options = new() { TaskKeys = ["test.case", "dataset.item.id"] };

        Assert.Null(TaskOf(trace));
        Assert.Equal(TaskOf(new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", "q-17")])), TaskOf(trace, options));
        Assert.Equal(TaskOf(new AgentTrace().Span("root", 0, 9, with: [("tracegap.task.id", "task 3")])), TaskOf(named, options));
    }

    private static ulong? TaskOf(AgentTrace trace, AnalysisOptions? options = null) => trace.Analyze(options: options).Task;
}

using FsCheck;
using FsCheck.Fluent;
using TraceGap.Commands;
using TraceGap.Rendering;

namespace TraceGap.Tests.Rendering;

public sealed class TextGridTests
{
    [Fact]
    public void Numbers_end_below_each_other_and_no_line_ends_in_blanks()
    {
        string[] lines = Render(
            80, [Column.Text("name"), Column.Number("n"), Column.Text("note")], ["a", "1", ""], ["bc", "1,000", "x"]).Split('\n');

        Assert.Equal(["name      n  note", "a         1", "bc    1,000  x", ""], lines);
    }

    [Fact]
    public void On_a_narrow_console_columns_go_by_rank_before_names_are_shortened_below_their_least()
    {
        Column[] columns = [Column.Name("name", 6), Column.Text("b", rank: 1), Column.Text("c", rank: 2)];
        Cell[] row = ["a-long-name", "bbbb", "cccc"];

        Assert.EndsWith("a-long-name  bbbb  cccc\n", Render(40, columns, row), StringComparison.Ordinal);
        Assert.EndsWith("a-l…ame  bbbb  cccc\n", Render(19, columns, row), StringComparison.Ordinal);
        Assert.EndsWith("a-l…me  bbbb\n", Render(12, columns, row), StringComparison.Ordinal);
        Assert.EndsWith("a-lon…name\n", Render(10, columns, row), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_spans_cannot_steer_the_terminal() =>
        Assert.Equal("a�[31mb�c\n", Render(80, [Column.Text("")], ["a\u001b[31mb\nc"]));

    [Fact]
    public void Markup_in_names_is_text() => Assert.Equal("[red]x[/]\n", Render(80, [Column.Text("")], ["[red]x[/]"]));

    [Fact]
    public void Every_line_fits_whatever_the_names() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<string>>(),
            ArbMap.Default.ArbFor<NonNull<string>>(),
            (first, second) => Render(24, [Column.Name("one", 4), Column.Number("n"), Column.Name("two", 4)], [first.Get, "12", second.Get])
                .Split('\n').All(static line => Cell.WidthOf(line) <= 24)).QuickCheckThrowOnFailure();

    private static string Render(int width, Column[] columns, params Cell[][] rows)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        TextGrid grid = new(columns);
        foreach (Cell[] row in rows)
        {
            grid.Row(row);
        }

        grid.Write(Terminal.PlainConsole(writer, width));
        return writer.ToString();
    }
}

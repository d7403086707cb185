using System.Text;

namespace TraceGap.Tests.Commands;

/// <summary>Keeps what is written and tells as soon as a text has come. Safe for concurrent use.</summary>
internal sealed class WatchedWriter(string awaited) : TextWriter
{
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Came => _came.Task;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        lock (_text)
        {
            _text.Append(value);
            if (_text.ToString().Contains(awaited, StringComparison.Ordinal))
            {
                _came.TrySetResult();
            }
        }
    }

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }
}

using System.Text;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

public sealed class FileBackedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-files-").FullName;
    private readonly string _path;
    private readonly FileBacked<string> _file;

    public FileBackedTests()
    {
        _path = Path.Combine(_folder, "value");
        SettingFile named = new("Key", _path);
        _file = new FileBacked<string>([named], contents => Encoding.UTF8.GetString(contents[0]) is var text && text.StartsWith("bad", StringComparison.Ordinal)
            ? Loaded<string>.Failed(named.Problem(text))
            : Loaded<string>.Of(text));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void New_content_is_taken_up_even_if_size_and_time_stay_the_same()
    {
        Write("one");
        DateTime stamp = File.GetLastWriteTimeUtc(_path);
        Assert.Equal((FileLook.Loaded, "one"), (_file.Look(), _file.Current));
        Assert.Equal((FileLook.Unchanged, "one"), (_file.Look(), _file.Current));

        Write("two");
        File.SetLastWriteTimeUtc(_path, stamp);

        Assert.Equal((FileLook.Loaded, "two"), (_file.Look(), _file.Current));
    }

    [Fact]
    public void What_is_bad_is_told_once_and_the_value_of_before_stays()
    {
        Write("one");
        _file.Look();

        Write("bad half");
        Assert.Equal((FileLook.Failed, "one", $"Key: {_path}: bad half"), (_file.Look(), _file.Current, _file.Problem));
        Assert.Equal((FileLook.Unchanged, "one"), (_file.Look(), _file.Current));
        File.Delete(_path);
        Assert.Equal((FileLook.Failed, "one", $"Key: {_path}: no such file"), (_file.Look(), _file.Current, _file.Problem));
        Assert.Equal(FileLook.Unchanged, _file.Look());

        Write("two");
        Assert.Equal((FileLook.Loaded, "two", ""), (_file.Look(), _file.Current, _file.Problem));
    }

    [Fact]
    public void A_link_that_is_swapped_is_new_content()
    {
        string target = Path.Combine(_folder, "target");
        File.WriteAllText(target, "one");
        File.CreateSymbolicLink(_path, target);
        _file.Look();

        string next = Path.Combine(_folder, "next");
        File.WriteAllText(next, "two");
        string link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, next);
        File.Move(link, _path, overwrite: true);

        Assert.Equal((FileLook.Loaded, "two"), (_file.Look(), _file.Current));
    }

    private void Write(string text) => File.WriteAllText(_path, text);
}

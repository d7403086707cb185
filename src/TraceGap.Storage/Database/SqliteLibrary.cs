using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace TraceGap.Storage;

/// <summary>
/// Chooses the SQLite library: the system's, which its distribution keeps patched, else the one that comes with the package.
/// </summary>
internal static class SqliteLibrary
{
    private const string PackagedName = "e_sqlite3";

    private static readonly string[] SystemNames = ["libsqlite3.so.0", "libsqlite3.dylib", "winsqlite3"];

    // WAL that readers share with a writer on another connection, and upserts.
    private static readonly Version Oldest = new(3, 24, 0);

    private static readonly Lazy<string?> Problem = new(Load);

    /// <summary>Makes SQLite usable; once per process.</summary>
    /// <returns>Null, or why there is none.</returns>
    public static string? Ensure() => Problem.Value;

    private static string? Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            string version = raw.sqlite3_libversion().utf8_to_string();
            return Version.Parse(version) >= Oldest ? null : $"SQLite {version} is too old; {Oldest} or newer is needed";
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return $"no SQLite library: {failure.Message}";
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? paths)
    {
        if (name != PackagedName)
        {
            return IntPtr.Zero;
        }

        foreach (string candidate in SystemNames)
        {
            if (NativeLibrary.TryLoad(candidate, out IntPtr library))
            {
                return library;
            }
        }

        // Zero lets the runtime look for the packaged library in its own way.
        return IntPtr.Zero;
    }
}

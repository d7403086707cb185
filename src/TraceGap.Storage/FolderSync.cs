using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceGap.Storage;

/// <summary>Makes names of files survive loss of power where a folder must be flushed for it: everywhere but on Windows.</summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Waits until the names in a folder survive loss of power.</summary>
    /// <exception cref="IOException">The folder could not be flushed.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The framework opens files only.
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"{folder} cannot be opened to be flushed: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}

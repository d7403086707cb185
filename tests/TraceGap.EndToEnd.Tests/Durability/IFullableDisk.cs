using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A disk with a server's data folder on it that can be full.</summary>
internal interface IFullableDisk : IDisposable
{
    /// <summary>The data folder.</summary>
    string Folder { get; }

    /// <summary>Starts a server on the folder.</summary>
    ServerProcess Launch(params (string Key, string Value)[] settings);

    /// <summary>Takes all the space that is left.</summary>
    void Fill();

    /// <summary>Gives it back.</summary>
    void Free();
}

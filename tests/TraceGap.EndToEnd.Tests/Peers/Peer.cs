namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>An outside program that speaks OTLP.</summary>
public enum Peer
{
    /// <summary>gRPC's C core through Debian's python3-grpcio, Python's own HTTP client, and protoc for their messages.</summary>
    Python,

    /// <summary>@grpc/grpc-js and the OpenTelemetry JS exporters.</summary>
    Node,

    /// <summary>What reads metrics: promtool, and the reference parser of OpenMetrics in Debian's python3-prometheus-client.</summary>
    Prometheus,

    /// <summary>Debian's prometheus and prometheus-alertmanager with their tools.</summary>
    Monitoring,

    /// <summary>curl, with gzip for what it sends.</summary>
    Curl,

    /// <summary>A C compiler, for the disk that fails when told to.</summary>
    Gcc,

    /// <summary>The right to mount a file system of a few megabytes.</summary>
    Mount,

    /// <summary>Debian's chromium, and a page to look at with it.</summary>
    Browser,

    /// <summary>systemd-analyze of Debian's systemd, which needs no systemd that runs.</summary>
    Systemd,

    /// <summary>Debian's bubblewrap and strace, and the right to use them as root: a service's surroundings without systemd.</summary>
    Confinement,

    /// <summary>bash, zsh and fish.</summary>
    Shells,

    /// <summary>Node with the packages that the page is built with.</summary>
    PageTools,

    /// <summary>Node with the agent frameworks of tests/agents/node.</summary>
    Agents,

    /// <summary>Debian's Go with the libraries that Helm is made of, and the OpenTelemetry API and SDK for Go.</summary>
    Go,

    /// <summary>A Java compiler.</summary>
    Java,

    /// <summary>Helm itself, which no package list that tests install from has: used where it is there.</summary>
    Helm,

    /// <summary>Debian's groff and mandoc, which read manual pages.</summary>
    Manual,
}

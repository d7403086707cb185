namespace TraceGap.Server.Grpc;

/// <summary>How a call ended; numbers and names as in the gRPC protocol ("Status codes and their use in gRPC").</summary>
public enum GrpcStatusCode
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>An error that says no more.</summary>
    Unknown = 2,

    /// <summary>The request is wrong and will stay wrong.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call was done.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be made exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit is reached. To OTLP clients it is final unless a retry delay comes with it.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>Aborted, as by a conflict.</summary>
    Aborted = 10,

    /// <summary>Beyond the valid range.</summary>
    OutOfRange = 11,

    /// <summary>No such method, or an encoding that is not understood.</summary>
    Unimplemented = 12,

    /// <summary>The protocol was broken, or the server has a defect.</summary>
    Internal = 13,

    /// <summary>Not now; worth another try.</summary>
    Unavailable = 14,

    /// <summary>Data are lost or corrupt.</summary>
    DataLoss = 15,

    /// <summary>No valid credentials.</summary>
    Unauthenticated = 16,
}

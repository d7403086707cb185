namespace TraceGap.Server.Page;

/// <summary>One built file of the page, in the encodings in which it was built.</summary>
/// <param name="Path">Path below the address of the page, as <c>assets/index-4f1c.js</c>.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Plain">As it is.</param>
/// <param name="Gzip">Compressed; null where that gained nothing.</param>
/// <param name="Brotli">Likewise.</param>
internal sealed record PageFile(string Path, string ContentType, byte[] Plain, byte[]? Gzip, byte[]? Brotli);

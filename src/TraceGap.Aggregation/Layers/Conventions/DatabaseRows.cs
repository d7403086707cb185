using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Vector stores, by the database conventions. Any other database call is part of what makes it.</summary>
internal static class DatabaseRows
{
    private static readonly string[] System = ["db.system.name", "db.system"];

    private static readonly string[] Operation = ["db.operation.name", "db.operation"];

    private static readonly string[] VectorStores =
    [
        "pinecone", "weaviate", "qdrant", "milvus", "chroma", "chromadb", "lancedb", "marqo", "pgvector", "vespa", "faiss", "azure.search", "azure_ai_search",
        "elasticsearch", "opensearch",
    ];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Certain(
            Layer.Retrieval, AnyValue(System, VectorStores),
            AnyValue(Operation, "query", "search", "hybrid_search", "retrieve", "get", "peek", "scroll", "recommend", "discover", "fetch", "count")),
        LayerRule.Control(AnyValue(System, VectorStores), AnyValue(Operation, "insert", "upsert", "add", "update", "delete", "create*", "drop*")),
        LayerRule.Likely(Layer.Retrieval, KeyStart("db.vector.", "db.pinecone.", "db.milvus.", "db.chroma.", "qdrant.")),
    ];
}

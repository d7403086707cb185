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

        // OpenLLMetry names its spans by store and method, and gives some of them no operation.
        LayerRule.Likely(
            Layer.Retrieval,
            Name(
                "chroma.query", "chroma.get", "chroma.peek", "pinecone.query", "qdrant.search*", "qdrant.query*", "qdrant.recommend*", "qdrant.discover*", "qdrant.scroll",
                "qdrant.retrieve", "db.weaviate.collections.query.*", "milvus.search", "milvus.query", "milvus.hybrid_search", "milvus.get", "lancedb.search", "marqo.search"),
            Present(System)),
        LayerRule.Control(
            Name(
                "chroma.add", "chroma.upsert", "chroma.update", "chroma.delete", "pinecone.upsert", "pinecone.update", "pinecone.delete", "qdrant.upsert*", "qdrant.upload*", "qdrant.delete*",
                "db.weaviate.collections.data.*", "milvus.insert", "milvus.upsert", "milvus.delete", "lancedb.add", "marqo.add_documents"),
            Present(System)),
        LayerRule.Likely(Layer.Retrieval, KeyStart("db.vector.", "db.pinecone.", "db.milvus.", "db.chroma.", "qdrant.")),

        // Any other: reading for context where nothing encloses it, else state.
        new(
            LayerEffect.OwnAtTop, Layer.Retrieval, Certainty.Likely, Present(System),
            AnyValue(Operation, "select", "get", "mget", "hget*", "find*", "query", "scan", "search", "aggregate", "fetch", "read*")),
        new(LayerEffect.OwnAtTop, Layer.Orchestration, Certainty.Likely, Present(System)),
    ];
}

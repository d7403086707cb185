using System.Text.Json;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace TraceGap.Server.Tests.Grpc;

/// <summary>Compares the properties of a JSON document with the fields of a message, at every depth.</summary>
internal static class ContractWalk
{
    /// <summary>One line per object whose properties are not exactly the fields of its message.</summary>
    public static List<string> Differences(JsonElement document, MessageDescriptor message)
    {
        List<string> differences = [];
        Compare(document, message, differences);
        return differences;
    }

    private static void Compare(JsonElement element, MessageDescriptor message, List<string> differences)
    {
        string[] properties = [.. element.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];
        string[] fields = [.. message.Fields.InDeclarationOrder().Select(field => field.JsonName).Order(StringComparer.Ordinal)];
        if (!properties.SequenceEqual(fields))
        {
            differences.Add($"{message.FullName}: JSON has [{string.Join(' ', properties.Except(fields))}] more, the message [{string.Join(' ', fields.Except(properties))}]");
        }

        foreach (FieldDescriptor field in message.Fields.InDeclarationOrder().Where(IsDocument))
        {
            if (element.TryGetProperty(field.JsonName, out JsonElement value))
            {
                CompareValue(value, field, differences);
            }
        }
    }

    private static void CompareValue(JsonElement value, FieldDescriptor field, List<string> differences)
    {
        JsonElement[] objects = field.IsRepeated ? [.. value.EnumerateArray()] : [value];
        if (objects.Length == 0 || objects[0].ValueKind == JsonValueKind.Null)
        {
            differences.Add($"{field.FullName}: the sample has no value");
            return;
        }

        Compare(objects[0], field.MessageType, differences);
    }

    private static bool IsDocument(FieldDescriptor field) =>
        field.FieldType == FieldType.Message && !field.IsMap && field.MessageType != Timestamp.Descriptor && field.MessageType != ListValue.Descriptor;
}

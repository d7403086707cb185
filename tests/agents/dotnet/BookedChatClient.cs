using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace TraceGap.DotNetAgent;

/// <summary>Books every call of the model, below all that Microsoft.Extensions.AI puts around it.</summary>
internal sealed class BookedChatClient(IChatClient inner) : DelegatingChatClient(inner)
{
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RunBook.Current.StepAsync("inference", "chat gpt-4o-mini", () => base.GetResponseAsync(messages, options, cancellationToken));

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatResponseUpdate> updates = await RunBook.Current.StepAsync(
            "inference", "chat gpt-4o-mini", () => base.GetStreamingResponseAsync(messages, options, cancellationToken).ToListAsync(cancellationToken).AsTask());
        foreach (ChatResponseUpdate update in updates)
        {
            yield return update;
        }
    }
}

using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class FailureCategoryTests
{
    [Theory]
    [InlineData("timeout", "timeout")]
    [InlineData("APITimeoutError", "timeout")]
    [InlineData("openai.APITimeoutError", "timeout")]
    [InlineData("System.TimeoutException", "timeout")]
    [InlineData("tool_timeout", "timeout")]
    [InlineData("DEADLINE_EXCEEDED", "timeout")]
    [InlineData("504", "timeout")]
    [InlineData("RateLimitError", "rate limit")]
    [InlineData("rate_limit_exceeded", "rate limit")]
    [InlineData("429", "rate limit")]
    [InlineData("RESOURCE_EXHAUSTED", "rate limit")]
    [InlineData("ContextWindowExceededError", "context")]
    [InlineData("context_length_exceeded", "context")]
    [InlineData("content_filter", "guardrail")]
    [InlineData("pydantic_core._pydantic_core.ValidationError", "schema")]
    [InlineData("JSONDecodeError", "schema")]
    [InlineData("OutputParserException", "schema")]
    [InlineData("malformed_function_call", "schema")]
    [InlineData("400", "schema")]
    [InlineData("AuthenticationError", "access")]
    [InlineData("403", "access")]
    [InlineData("NotFoundError", "not found")]
    [InlineData("httpx.ConnectError", "network")]
    [InlineData("ECONNREFUSED", "network")]
    [InlineData("ConnectionResetError", "network")]
    [InlineData("503", "provider")]
    [InlineData("InternalServerError", "provider")]
    [InlineData("model_overloaded", "provider")]
    [InlineData("UNAVAILABLE", "provider")]
    [InlineData("529", "provider")]
    [InlineData("tool_error", "tool")]
    [InlineData("AbortError", "cancelled")]
    [InlineData("_OTHER", "other")]
    [InlineData("", "other")]
    [InlineData("Exception", "other")]
    [InlineData("Lengthy", "other")]
    [InlineData("600", "other")]
    [InlineData("contimeouter", "other")]
    public void An_error_type_has_a_category(string errorType, string category) => Assert.Equal(category, FailureCategory.OfErrorType(errorType));

    [Fact]
    public void What_no_step_is_to_blame_for_is_silent_whatever_its_error_type() =>
        Assert.Equal(FailureCategory.Silent, FailureCategory.Of(new FailureKey(null, null, "504")));

    [Fact]
    public void Every_category_can_be_told() =>
        Assert.Equal(FailureCategory.All, FailureCategory.All.Distinct());
}

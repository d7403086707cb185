using System.CommandLine;

namespace TraceGap.Commands;

/// <summary>Options that are whole numbers within bounds.</summary>
internal static class WholeNumber
{
    /// <summary>An option with a default and bounds that are told where they are not kept.</summary>
    public static Option<int> New(string name, string description, int standard, int least, int most)
    {
        Option<int> option = new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int value) && (value < least || value > most))
            {
                result.AddError($"{name} is a whole number from {least} to {most}, not {value}.");
            }
        });
        return option;
    }
}

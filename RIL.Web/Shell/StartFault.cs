using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using RIL.Training;

namespace RIL.Web.Shell;

/// <summary>Why the site could not start, as a person reads it.</summary>
internal static class StartFault
{
    /// <summary>The sentence; null for a fault of the program, whose details are wanted.</summary>
    public static string? Sentence(Exception e) => e switch
    {
        InputException => e.Message,
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        SqliteException => $"The database cannot be opened ({e.Message.TrimEnd('.')}); look at Storage:Folder, the rights there and the disk.",
        IOException { InnerException: AddressInUseException } => $"{e.Message.TrimEnd('.')}; end the program that listens there, or choose another address, e.g. --urls=http://localhost:5001.",
        UnauthorizedAccessException => $"{e.Message.TrimEnd('.')}; look at Storage:Folder and the rights there.",
        _ => null,
    };
}

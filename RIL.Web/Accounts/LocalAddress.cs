namespace RIL.Web.Accounts;

/// <summary>Addresses to go on to after signing in: of this site, or none.</summary>
internal static class LocalAddress
{
    /// <summary>The address where it stays on this site, else the other one.</summary>
    public static string Or(string? address, string other) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.StartsWith("/\\", StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : other;
}

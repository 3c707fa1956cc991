using System.Security.Cryptography;
using System.Text;

namespace RIL.Web.Accounts;

/// <summary>Secrets of links and tokens: shown once, kept as a hash. They are random enough (256 bits) that a plain hash is safe.</summary>
internal static class Secret
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int Length = 43;

    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);

    public static string Hash(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

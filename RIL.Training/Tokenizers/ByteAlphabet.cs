using System.Text;

namespace RIL.Training.Tokenizers;

/// <summary>
/// GPT-2's spelling of bytes as printable characters, in which byte-level vocabularies are written: a space is Ġ, a newline Ċ.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOfByte = Build();
    private static readonly Dictionary<char, byte> ByteOfChar = CharOfByte.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    public static char Char(byte value) => CharOfByte[value];

    /// <summary>
    /// Bytes that a token stands for; a token with a character outside the alphabet (some added tokens) stands for its own UTF-8.
    /// </summary>
    public static byte[] Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!ByteOfChar.TryGetValue(token[i], out bytes[i])) return Encoding.UTF8.GetBytes(token);
        }
        return bytes;
    }

    private static char[] Build()
    {
        var chars = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            chars[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return chars;
    }
}

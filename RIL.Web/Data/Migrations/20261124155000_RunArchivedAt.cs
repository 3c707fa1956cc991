using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RIL.Web.Data.Migrations
{
    /// <inheritdoc />
    public partial class RunArchivedAt : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ArchivedAt",
                table: "Runs",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ArchivedAt",
                table: "Runs");
        }
    }
}
